/** From its first moment or number up to, and without, its end; `undefined` for an end that is open. */
export type Interval<T> = { readonly from: T | undefined; readonly to: T | undefined }

/** The prefix in front of a number or a date, and what stands behind it. */
export const prefixOf = (text: string): readonly [prefix: string, rest: string] =>
  /^(eq|ne|gt|lt|ge|le|sa|eb|ap)/.test(text) ? [text.slice(0, 2), text.slice(2)] : ['eq', text]
