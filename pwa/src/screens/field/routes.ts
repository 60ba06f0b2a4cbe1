import type { RouteRecordRaw } from 'vue-router'
import { mintId } from '@/storage/mint'

/** The id of the document is minted when its form opens: a second tap, a reload or a replay is the same document. */
function openForm(type: 'visit' | 'problem' | 'edit') {
  return (to: { query: Record<string, unknown> }) => ({ name: type, params: { id: mintId(type, Date.now()) }, query: to.query as Record<string, string>, replace: true })
}

export const fieldRoutes: RouteRecordRaw[] = [
  {
    path: '/',
    component: () => import('./field.vue'),
    meta: { home: 'field' },
    children: [
      { path: '', name: 'today', component: () => import('./today.vue') },
      { path: 'visit/new', redirect: openForm('visit') },
      { path: 'problem/new', redirect: openForm('problem') },
      { path: 'edit/new', redirect: openForm('edit') },
      { path: 'visit/:id', name: 'visit', component: () => import('./visit-form.vue'), props: true },
      { path: 'problem/:id', name: 'problem', component: () => import('./problem-form.vue'), props: true },
      { path: 'edit/:id', name: 'edit', component: () => import('./edit-form.vue'), props: true },
      { path: 'record/:id', name: 'record', component: () => import('./record.vue'), props: true },
      { path: 'job/:id', name: 'job', component: () => import('./job.vue'), props: true },
      { path: 'delivery', name: 'delivery', component: () => import('./delivery.vue') },
      { path: 'settings', name: 'settings', component: () => import('./settings.vue') },
    ],
  },
]
