/** The version that an ETag of FHIR names, `W/"3"`; a strong tag is taken for the weak one (FHIR R4 http.html, "versioning"). */
export const parseVersionTag = (text: string): number | undefined => {
  const version = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(text.trim())?.[1]
  return version === undefined ? undefined : Number(version)
}
