import { answerOf, fhirAt } from './api/client.ts'
import { bodyOf, type ExportForm, patientsOf, preferOf, queryOf } from './export-form.ts'

/** Starts the export that the form asks for, and returns the id of its job. */
export const kickOff = async (form: ExportForm, fhirPath: string): Promise<string> => {
  const { response } = await answerOf(send(form, fhirPath))
  return response.headers.get('content-location')?.split('/').at(-1) ?? ''
}

const send = (form: ExportForm, fhirPath: string) => {
  const fhir = fhirAt(fhirPath)
  const params = { query: queryOf(form), header: { Prefer: preferOf(form) } }
  const body = bodyOf(form)
  const hasBody = patientsOf(form).length > 0
  switch (form.level) {
    case 'system':
      return fhir.GET('/$export', { params })
    case 'patient':
      return hasBody
        ? fhir.POST('/Patient/$export', { params, body })
        : fhir.GET('/Patient/$export', { params })
    case 'group': {
      const path = { id: form.groupId.trim() }
      return hasBody
        ? fhir.POST('/Group/{id}/$export', { params: { ...params, path }, body })
        : fhir.GET('/Group/{id}/$export', { params: { ...params, path } })
    }
    default:
      return form.level satisfies never
  }
}
