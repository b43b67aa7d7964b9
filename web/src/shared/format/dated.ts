import { date } from ".";

/** The server's sentence with its days and shares written as they are everywhere here, and a capital at its beginning. */
export const dated = (text: string): string =>
  text
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, (day) => date(day))
    .replace(/(\d) %/g, "$1%")
    .replace(/^\s*\p{Ll}/u, (letter) => letter.toLocaleUpperCase());
