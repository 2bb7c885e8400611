/** Reads a FHIR boolean (R4 "Data Types"), which knows no other spelling; `undefined` when it is none. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}
