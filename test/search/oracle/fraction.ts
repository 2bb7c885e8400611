/** A decimal number without loss: `top / bottom`. */
export type Fraction = { readonly top: bigint; readonly bottom: bigint }

export const fractionOf = (text: string): Fraction => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', decimals = ''] = mantissa.split('.')
  const power = Number(exponent) - decimals.length
  const top = BigInt(`${whole}${decimals}`.replace('+', ''))
  return power >= 0 ? { top: top * 10n ** BigInt(power), bottom: 1n } : { top, bottom: 10n ** BigInt(-power) }
}

export const isLess = (a: Fraction, b: Fraction): boolean => a.top * b.bottom < b.top * a.bottom

export const add = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
})

export const multiply = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.top,
  bottom: a.bottom * b.bottom,
})

/**
 * Half of what its last significant digit counts: 100 is [99.5, 100.5), 5.40e-3 is 0.0054 ± 0.000005. The specification's own table has
 * 1e2 as [95, 105): of an exponential form with one digit, it is half of what the next digit would count.
 */
export const precisionOf = (text: string): Fraction => {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length
  const digits = mantissa.replaceAll(/\D/g, '').replace(/^0+/, '')
  const last = Number(exponent ?? 0) - decimals
  const power = exponent !== undefined && digits.length === 1 ? last - 1 : last
  return multiply(fractionOf(`1e${power}`), { top: 1n, bottom: 2n })
}
