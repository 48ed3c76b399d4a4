import { describe, expect, it } from "vitest";
import { causeNotes } from "./cause-notes.ts";
import { sessionCauses } from "./causes.ts";

const notes = Object.entries(causeNotes);

describe("the notes on causes", () => {
  it("are there for every cause, and for nothing else", () => {
    expect(notes.map(([name]) => name).sort()).toEqual(sessionCauses.map(({ name }) => name).sort());
  });

  it("say how it shows, how to be sure, who can have it and what to do, in sentences", () => {
    const texts = notes.flatMap(([name, { seen, check, from, remedy }]) =>
      [seen, check, from, remedy].map((text) => `${name}: ${text}`),
    );
    expect(texts.filter((text) => !/^[a-z-]+: [A-Z].{15,}\.$/.test(text))).toEqual([]);
  });

  it("differ from one another: a symptom that fits two causes would help nobody", () => {
    for (const field of ["seen", "check", "remedy"] as const) {
      expect(new Set(notes.map(([, note]) => note[field])).size).toBe(notes.length);
    }
  });
});
