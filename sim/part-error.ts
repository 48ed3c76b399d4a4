/** A part broke the contract of its interface: a defect of the part, wherever it comes from. */
export class PartError extends Error {
  override readonly name = "PartError";
}
