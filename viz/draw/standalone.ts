/** A drawing as a file of its own, with the styles that it takes from the page written into it. */

const copied = [
  "fill",
  "fill-opacity",
  "font-family",
  "font-size",
  "font-weight",
  "opacity",
  "paint-order",
  "stroke",
  "stroke-dasharray",
  "stroke-linejoin",
  "stroke-opacity",
  "stroke-width",
  "text-anchor",
  "visibility",
] as const;

export function standaloneSvg(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new TypeError("standaloneSvg: an svg element must be cloned");
  const originals = drawing.querySelectorAll("*");
  for (const [at, node] of copy.querySelectorAll("*").entries()) {
    const original = originals[at];
    if (original === undefined) continue;
    const style = getComputedStyle(original);
    const written = copied.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
    for (const name of [...node.getAttributeNames()])
      if (/^(aria-|role|tabindex|class|data-)/.test(name)) node.removeAttribute(name);
    node.setAttribute("style", written);
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("style", `background:${getComputedStyle(document.body).backgroundColor}`);
  return new XMLSerializer().serializeToString(copy);
}
