/** Texts from reports, as a page sets them. */

/** A minus sign for the hyphen before a number; hyphens within names stay. */
export const withMinus = (text: string): string => text.replace(/(?<![\w.,%)])-(?=\d)/g, "\u2212");
