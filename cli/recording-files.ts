/** Files with recordings of real balancers: a file stands for itself, a folder for every .json in it and below. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { renderProblems } from "../scenarios/index.ts";
import { loadRecording, type Recording } from "../scenarios/recordings/load.ts";
import { inputError, systemReason } from "./errors.ts";
import { safeText } from "./safe-text.ts";

/** In order of their names. @throws UserError for what cannot be read, and for a folder that holds none. */
export async function recordingFiles(source: string): Promise<readonly string[]> {
  return reading(source, async () => {
    if (!(await stat(source)).isDirectory()) return [source];
    const names = await readdir(source, { recursive: true });
    const files = names.filter((name) => name.endsWith(".json")).sort();
    if (files.length === 0)
      throw inputError(`the folder ${safeText(source)} holds no .json; give a file or a folder of them`);
    return files.map((name) => join(source, name));
  });
}

/** @throws UserError that shows every problem in its place. */
export async function readRecording(file: string, colour: boolean): Promise<Recording> {
  const text = await reading(file, () => readFile(file, "utf8"));
  const loaded = loadRecording(text);
  if (loaded.ok) return loaded.recording;
  throw inputError(renderProblems(loaded.problems, { fileName: file, text, colour }).trimEnd());
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`cannot read the recording ${safeText(path)}: ${reason}; give a .json file or a folder of them`);
  }
}
