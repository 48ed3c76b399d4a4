/** Files into the page: dropped anywhere, folders too, or chosen. They are read here and go nowhere. */
import { element } from "../dom.ts";
import type { NamedText } from "../load/files.ts";

type Take = (files: readonly NamedText[]) => void;

/** Only what can hold results is read. */
const readable = (name: string): boolean => /\.(json|html|yaml)$/.test(name);

const read = async (name: string, file: File): Promise<NamedText> => ({ name, text: await file.text() });

/** A label, which is what opens a file input. */
export function fileChooser(take: Take): HTMLElement {
  const input = element("input", {
    type: "file",
    multiple: true,
    accept: ".json,.html,.yaml",
    class: "visually-hidden",
    id: "files",
    change: () => {
      const files = [...(input.files ?? [])].filter(({ name }) => readable(name));
      void Promise.all(files.map((file) => read(file.name, file))).then(take);
      input.value = "";
    },
  });
  return element("label", { class: "link", for: "files" }, input, "Open results");
}

const filesIn = (entry: FileSystemEntry): Promise<NamedText[]> =>
  new Promise((resolve, reject) => {
    if (isFile(entry)) {
      if (!readable(entry.name)) return resolve([]);
      return entry.file(
        (file) => read(entry.fullPath.replace(/^\//, ""), file).then((text) => resolve([text]), reject),
        reject,
      );
    }
    if (!isDirectory(entry)) return resolve([]);
    const reader = entry.createReader();
    const found: Promise<NamedText[]>[] = [];
    // A reader hands out entries in portions until one is empty.
    const more = (): void =>
      reader.readEntries((entries) => {
        if (entries.length === 0) return Promise.all(found).then((lists) => resolve(lists.flat()), reject);
        found.push(...entries.map(filesIn));
        return more();
      }, reject);
    more();
  });

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

export function bindDrop(take: Take): void {
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
    void Promise.all(entries.map(filesIn)).then((lists) => take(lists.flat()));
  });
}
