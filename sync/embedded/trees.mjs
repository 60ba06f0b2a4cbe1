/** What is known of a document's revisions: its tree, asked of PouchDB and read with PouchDB's own rules. */
import { isDeleted, revExists, rootToLeaf, winningRev } from 'pouchdb-merge';

export { revExists };

/** @returns {Promise<any[]>} the tree; empty when there never was such a document */
export function revisionTree({ pouch }, id) {
  return new Promise((resolve, reject) => {
    pouch._getRevisionTree(id, (error, tree) => {
      if (error && error.status !== 404) reject(error);
      else resolve(tree ?? []);
    });
  });
}

/** @returns {{rev: string, deleted: boolean}} the leaf all replicas agree to show */
export function winnerOf(tree) {
  const rev = winningRev({ rev_tree: tree });
  return { rev, deleted: isDeleted({ rev_tree: tree }, rev) };
}

/** The leaves that grew from a revision, itself if it is one; all of them when none is named. @returns {string[]} */
export function leavesFrom(tree, revision = null) {
  return rootToLeaf(tree)
    .map(({ pos, ids }) => ids.map(({ id }, index) => `${pos + index}-${id}`))
    .filter((path) => revision === null || path.includes(revision))
    .map((path) => path.at(-1));
}
