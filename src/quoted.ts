/** A name from an untrusted file: short, in quotes, everything but plain ASCII escaped. */
export function quoted(name: string): string {
  const short = name.length > 120 ? `${name.slice(0, 117)}...` : name;
  // Left as it is, a control sequence could rewrite the terminal, a bidirectional mark the sentence.
  return JSON.stringify(short).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
