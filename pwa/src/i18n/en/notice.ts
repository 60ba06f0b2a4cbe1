import type { notice as source } from '../zh-CN/notice'

export const notice: typeof source = {
  job_opened: { title: 'A new job', body: '{place} · {number}' },
  job_assigned: { title: 'A job is assigned to you', body: '{place} · {number}' },
  job_answered: { title: 'What you reported has been answered', body: '{place} · {number}' },
  visit_returned: { title: 'A visit record came back to be completed', body: '{place}' },
  other: { title: 'News in Doorstep', body: '' },
}
