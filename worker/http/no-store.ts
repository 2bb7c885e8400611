/** For what is one asker's own, or another thing a moment later. */
export const noStore = { 'Cache-Control': 'no-store' } as const
