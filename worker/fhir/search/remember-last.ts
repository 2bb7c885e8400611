import type { Json } from '../json.ts'

/**
 * What is made of a value that a resource holds, and how, made once for all that is asked of it in a row: a search may name a thousand values, and each is
 * compared with it.
 */
export const rememberLast = <T>(make: (value: Json, how: string) => T): ((value: Json, how: string) => T) => {
  let last: { readonly value: Json; readonly how: string; readonly made: T } | undefined
  return (value, how) => {
    if (last === undefined || last.value !== value || last.how !== how)
      last = { value, how, made: make(value, how) }
    return last.made
  }
}
