#!/usr/bin/env bash
# Makes a folder of notebooks the next commit of the branch that Binder and Colab open: keep_notebooks.sh FOLDER [BRANCH].
# Each commit follows the one before, so that whoever pulls the branch can merge it with notebooks they have changed.
set -euo pipefail
folder=$1 branch=${2:-notebooks}
test -n "$(find "$folder" -name '*.ipynb' -print -quit)" || { echo "no notebooks in $folder" >&2; exit 1; }
source=$(git rev-parse HEAD)
export GIT_INDEX_FILE
GIT_INDEX_FILE=$(mktemp -u)
git --work-tree="$folder" add --all --force .
tree=$(git write-tree)
rm -f "$GIT_INDEX_FILE"
old=$(git ls-remote origin "refs/heads/$branch" | cut -f1)
if [ -n "$old" ] && git fetch --quiet origin "$branch" && [ "$(git rev-parse "$old^{tree}")" = "$tree" ]; then
  echo "$branch is up to date"
  exit
fi
export GIT_AUTHOR_NAME=book GIT_AUTHOR_EMAIL=book@users.noreply.github.com
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
commit=$(git commit-tree "$tree" ${old:+-p "$old"} -m "Notebooks of $source")
# Only over what was there when we looked.
git push --quiet --force-with-lease="refs/heads/$branch:$old" origin "$commit:refs/heads/$branch"
echo "$branch holds $(find "$folder" -name '*.ipynb' | wc -l) notebooks"
