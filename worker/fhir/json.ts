/** What `JSON.parse` returns. A name such as `__proto__` is an own member there like any other. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

/** For values that came out of `JSON.parse`: elsewhere an object may hold what is not JSON. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
