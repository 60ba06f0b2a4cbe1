import type { common as source } from '../zh-CN/common'
import type { Texts } from '../zh-CN'

export const common: Texts<typeof source> = {
  'app.name': 'Doorstep',
  'home.field': 'Field',
  'home.branch': 'Jobs',
  'home.office': 'Review',
  'language.other': '中文',
  'session.sign-in': 'Sign in',
  'session.sign-out': 'Sign out',
  'session.login': 'Account',
  'session.password': 'Password',
  'session.busy': 'Signing in…',
  'session.promise': 'At the doorstep, every report answered',
  'session.go-on': 'Go on recording',
  'error.unreachable': 'The server cannot be reached. Check the network and try again.',
  'error.wrong_password': 'The account or the password is not right',
  'error.too_many_requests': 'Too many tries. Please wait a little.',
  'error.other': 'Something went wrong, please try again ({code})',
  'back': 'Back',
  'cancel': 'Cancel',
}
