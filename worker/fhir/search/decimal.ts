/** A decimal number as it was written: `unscaled / 10^scale`. Binary fractions would move the ends of `5.4 ± 0.05`. */
export type Decimal = { readonly unscaled: bigint; readonly scale: number }

/** FHIR's decimal, within bounds that no measurement passes: `undefined` for what is none. */
export const parseDecimal = (text: string): Decimal | undefined => {
  const found = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text)
  if (found === null || text.length > 100) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > 400) return undefined
  const unscaled = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 }
}

export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const scale = Math.max(a.scale, b.scale)
  const difference = unscaledAt(a, scale) - unscaledAt(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const times = (a: Decimal, b: Decimal): Decimal => ({
  unscaled: a.unscaled * b.unscaled,
  scale: a.scale + b.scale,
})

export const plus = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale)
  return { unscaled: unscaledAt(a, scale) + unscaledAt(b, scale), scale }
}

export const negated = ({ unscaled, scale }: Decimal): Decimal => ({ unscaled: -unscaled, scale })

/** A tenth of it, without its sign. */
export const tenthOf = ({ unscaled, scale }: Decimal): Decimal => ({
  unscaled: unscaled < 0n ? -unscaled : unscaled,
  scale: scale + 1,
})

/**
 * Half a unit of the last digit that was written: what the precision of `text` implies (`100` ± 0.5, `5.40e-3` ± 0.000005). FHIR has `1e2` as
 * [95, 105): of an exponential form with one significant digit it is half a unit of the digit behind it (R4 search, "number").
 */
export const halfUnit = (text: string): Decimal => {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  const digits = mantissa.replaceAll(/\D/g, '').replace(/^0+/, '')
  const isOneDigit = exponent !== undefined && digits.length === 1
  const scale = (mantissa.split('.')[1] ?? '').length - Number(exponent ?? 0) + (isOneDigit ? 2 : 1)
  return scale >= 0 ? { unscaled: 5n, scale } : { unscaled: 5n * 10n ** BigInt(-scale), scale: 0 }
}

const unscaledAt = ({ unscaled, scale }: Decimal, wanted: number): bigint =>
  unscaled * 10n ** BigInt(wanted - scale)
