// Text from untrusted files as messages may show it.
import type { z } from 'zod';

const SHOWN_PROBLEMS = 5;

/** A name: short, in quotes, everything but plain ASCII escaped. */
export function quoted(name: string): string {
  return escaped(JSON.stringify(shortened(name, 120)));
}

/** A longer text on one line: everything but plain ASCII escaped. */
export function printable(text: string): string {
  return escaped(shortened(text, 300));
}

/** The first problems that a schema found, on one line, each with its path. */
export function schemaProblems({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, SHOWN_PROBLEMS)
    .map(({ path, message }) => printable([path.join('.'), message].filter(Boolean).join(': ')));
  const more = issues.length > SHOWN_PROBLEMS ? [`and ${issues.length - SHOWN_PROBLEMS} more`] : [];
  return [...shown, ...more].join('; ');
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

/** Left as it is, a control sequence could rewrite the terminal, a bidirectional mark the sentence. */
function escaped(text: string): string {
  return text.replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
