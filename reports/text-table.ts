/** Columns of text in a fixed pitch. Widths count characters; our texts have no wide ones. */

export interface TextColumn {
  readonly header: readonly string[];
  readonly cells: readonly { readonly text: string; readonly paint: (text: string) => string }[];
}

const GAP = "  ";

const widthOf = ({ header, cells }: TextColumn): number =>
  Math.max(...header.map((line) => line.length), ...cells.map(({ text }) => text.length));

/** The columns in groups that fit beside `first` in `width` characters; a group has one column at least. */
export function fitBlocks(first: TextColumn, columns: readonly TextColumn[], width: number): readonly TextColumn[][] {
  const blocks: TextColumn[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    const needed = GAP.length + widthOf(column);
    const block = blocks[blocks.length - 1];
    if (block === undefined || used + needed > width) {
      blocks.push([column]);
      used = widthOf(first) + needed;
    } else {
      block.push(column);
      used += needed;
    }
  }
  return blocks;
}

/** The lines of a table: the first column to the left, the others to the right; headers end on the same line. */
export function padded(columns: readonly TextColumn[], paintHeader: (text: string) => string): string[] {
  const height = Math.max(...columns.map(({ header }) => header.length));
  const rows = columns[0]?.cells.length ?? 0;
  const line = (entries: readonly { text: string; paint: (text: string) => string }[]): string => {
    const parts = entries.map(({ text, paint }, at) => {
      const column = columns[at];
      const space = " ".repeat((column === undefined ? 0 : widthOf(column)) - text.length);
      const painted = text === "" ? "" : paint(text);
      return at === 0 ? `${painted}${space}` : `${space}${painted}`;
    });
    return parts.join(GAP).trimEnd();
  };
  const headerLine = (row: number) =>
    line(columns.map(({ header }) => ({ text: header[row - height + header.length] ?? "", paint: paintHeader })));
  const bodyLine = (row: number) => line(columns.map(({ cells }) => cells[row] ?? { text: "", paint: (text) => text }));
  return [
    ...Array.from({ length: height }, (_, row) => headerLine(row)),
    ...Array.from({ length: rows }, (_, row) => bodyLine(row)).filter((text) => text !== ""),
  ];
}

const plain = (text: string): string => text;

export const rightAligned = (header: string, cells: readonly string[]): TextColumn => ({
  header: [header],
  cells: cells.map((text) => ({ text, paint: plain })),
});

export function leftAligned(header: string, cells: readonly string[]): TextColumn {
  const width = Math.max(header.length, ...cells.map((text) => text.length));
  return rightAligned(
    header.padEnd(width),
    cells.map((text) => text.padEnd(width)),
  );
}

/** Breaks at spaces; a longer word stands alone on its line. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Text from a file, with nothing in it that a terminal would obey. */
export const withoutControls = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, " ");
