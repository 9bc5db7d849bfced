// HTML that cannot be broken out of: a template literal whose values are escaped.

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

export type HtmlValue = string | number | Html | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Joins the literal with its values; every value that is not `Html` is escaped. */
export function html(literal: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const text = literal.map((part, i) => {
    const value = values.at(i);
    return i < values.length && value !== undefined ? part + render(value) : part;
  });
  return { html: text.join('') };
}

function render(value: HtmlValue): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'html' in value ? value.html : value.map((item) => item.html).join('');
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
