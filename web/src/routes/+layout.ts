import { dataOf, messageOf, service } from '#lib/api/client.ts'

/** All of it is drawn in the browser: the server has files only. */
export const ssr = false

export const load = async () => {
  try {
    return { service: await dataOf(service.GET('/admin/api/service')), problem: undefined }
  } catch (error) {
    return { service: undefined, problem: messageOf(error) }
  }
}
