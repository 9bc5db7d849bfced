// Numbers as DICOM text: DS and IS of PS3.5 6.2.

const DS_CHARACTERS = 16;

/**
 * A number as Decimal String, with as many digits as fit.
 *
 * @returns at most 16 characters; `0` for negative zero
 * @throws {RangeError} when the number is not finite
 */
export function decimalString(value: number): string {
  if (!Number.isFinite(value))
    throw new RangeError(`expected a finite number for a DS, got ${value}`);
  const exact = String(value);
  if (exact.length <= DS_CHARACTERS) return exact;
  // 17 significant digits identify every double; fewer are tried until the text fits.
  for (let digits = 17; digits > 0; digits--) {
    const rounded = Number(value.toPrecision(digits));
    const texts = [String(rounded), rounded.toExponential()];
    const fitting = texts.find((text) => text.length <= DS_CHARACTERS);
    if (Number.isFinite(rounded) && fitting !== undefined) return fitting;
  }
  throw new RangeError(`no DS of ${DS_CHARACTERS} characters for ${value}`);
}

/**
 * A whole number as Integer String.
 *
 * @throws {RangeError} when the number is not whole or beyond 32 bits
 */
export function integerString(value: number): string {
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31)
    throw new RangeError(`expected a whole number of 32 bits for an IS, got ${value}`);
  return String(value);
}
