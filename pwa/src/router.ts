import { createRouter, createWebHistory } from 'vue-router'
import { HOME_PATH, homesOf, type Home } from '@/domain/people'
import { branchRoutes } from '@/screens/branch/routes'
import { fieldRoutes } from '@/screens/field/routes'
import { officeRoutes } from '@/screens/office/routes'
import { session } from '@/sync/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Which home a screen belongs to: only people whose roles open it may see it. Absent: open to anyone. */
    home?: Home
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: () => import('@/screens/sign-in/sign-in.vue') },
    ...fieldRoutes,
    ...branchRoutes,
    ...officeRoutes,
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach((to) => {
  const wanted = to.meta.home
  if (!wanted) return true
  const user = session.user.value
  if (!user) return { path: '/sign-in', query: to.path === '/' ? {} : { to: to.fullPath } }
  const homes = homesOf(user.roles)
  if (homes.includes(wanted)) return true
  return homes[0] ? HOME_PATH[homes[0]] : '/sign-in'
})
