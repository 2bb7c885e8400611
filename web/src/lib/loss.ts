import { answerOf, service } from './api/client.ts'

/** Something of somebody's own that he is asked about before he loses it. */
export type Loss = {
  readonly title: string
  readonly text: string
  readonly act: string
  readonly path: '/admin/api/passkeys/{id}' | '/admin/api/access-keys/{id}' | '/admin/api/sessions/{id}'
  readonly id: string
}

export const lose = async ({ path, id }: Loss): Promise<void> => {
  await answerOf(service.DELETE(path, { params: { path: { id } } }))
}
