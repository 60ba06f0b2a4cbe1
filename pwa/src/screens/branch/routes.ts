import type { RouteRecordRaw } from 'vue-router'

// One component for list and job: the list stays as it is, with its place, while jobs are opened beside or over it.
export const branchRoutes: RouteRecordRaw[] = [{ path: '/jobs/:id?', name: 'jobs', component: () => import('./jobs.vue'), meta: { home: 'branch' } }]
