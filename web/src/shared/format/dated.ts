import { date } from ".";

/** The server's sentence with its days written as the reader writes them, and a capital at its beginning. */
export const dated = (text: string): string =>
  text
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, (day) => date(day))
    .replace(/^\s*\p{Ll}/u, (letter) => letter.toLocaleUpperCase());
