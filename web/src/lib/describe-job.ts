import type { Job, JobState } from './api/client.ts'

/** Whom an export is about, in words. */
export const scopeOf = ({ level, groupId }: Pick<Job, 'level' | 'groupId'>): string => {
  switch (level) {
    case 'system':
      return 'Everything'
    case 'patient':
      return 'Patients'
    case 'group':
      return groupId === undefined ? 'Group' : `Group/${groupId}`
    default:
      return level satisfies never
  }
}

export const typesOf = ({ types }: Pick<Job, 'types'>): string => {
  if (types.length === 0) return 'all types'
  return types.length <= 2 ? types.join(', ') : `${types[0]} and ${types.length - 1} more`
}

export const stateWords: Readonly<Record<JobState, string>> = {
  accepted: 'Queued',
  'in-progress': 'Running',
  completed: 'Completed',
  failed: 'Failed',
}

export const isOpen = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'accepted' || state === 'in-progress'

/** Nobody has a name where no credentials are asked for. */
export const askerOf = ({ askedBy, clientId }: Pick<Job, 'askedBy' | 'clientId'>): string | undefined =>
  askedBy ?? clientId

/** How long it took; nothing while it goes on. */
export const tookMs = ({ createdAt, endedAt }: Pick<Job, 'createdAt' | 'endedAt'>): number | undefined =>
  endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(createdAt)

/** What a file, or a part of the work, is about. */
export const holdsOf = (type: string | undefined, kind: 'output' | 'deleted' | 'error'): string =>
  kind === 'output'
    ? (type ?? 'Blocks of patients')
    : kind === 'deleted'
      ? 'Deletions'
      : 'Notes on the export'

/** On this page's own origin, for a browser saves under a name of our choice only what comes from there. */
export const pathOf = (url: string): string => new URL(url).pathname
