import type { SessionInfo } from './api/client.ts'

/** Whether who is signed in may start, steer and download. Where that is not known, or nobody has to be, the service says no if it has to. */
export const mayAct = (session: SessionInfo | undefined): boolean => session?.administrator?.role !== 'viewer'
