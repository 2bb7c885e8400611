/**
 * The line that begins a block of organized output, exactly as the Bulk Data IG has it ("File Organization"): what stands before and
 * behind the id of the Patient. A FHIR id has only letters, digits, `-` and `.`, so nothing in it needs escaping.
 */
export const headerStart =
  '{"resourceType":"Parameters","parameter":[{"name":"header","valueReference":{"reference":"Patient/'
export const headerEnd = '"}}]}'

export const headerLine = (patientId: string): string => headerStart + patientId + headerEnd

/** With its newline. */
export const headerBytes = (patientId: string): number => headerLine(patientId).length + 1
