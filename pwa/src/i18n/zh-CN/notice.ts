export const notice = {
  job_opened: { title: '有新任务', body: '{place} · {number}' },
  job_assigned: { title: '有任务派给您，请签收', body: '{place} · {number}' },
  job_answered: { title: '您上报的问题有答复了', body: '{place} · {number}' },
  visit_returned: { title: '走访记录被退回，请补充', body: '{place}' },
  other: { title: '家门口有新消息', body: '' },
}
