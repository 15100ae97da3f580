#!/usr/bin/env bash
# Train under Slurm, one task a GPU:
#   GPUS=8 GPUS_PER_NODE=8 tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of tools/train.py]
# TOOL=purify trains in passes (tools/purify.py).
# GPUS=0 TASKS=4 asks for no GPU and computes on the CPU, in so many tasks. SRUN_ARGS holds further options of srun,
# CPUS_PER_TASK the cores of a task.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: [GPUS=8] [GPUS_PER_NODE=8] $0 PARTITION JOB_NAME CONFIG [options of tools/train.py]" >&2
    exit 2
fi
partition=$1
job_name=$2
config=$3
shift 3

gpus=${GPUS:-8}
if [ "$gpus" -eq 0 ]; then
    tasks=${TASKS:-1}
    per_node=${TASKS_PER_NODE:-$tasks}
    gres=()
else
    tasks=$gpus
    per_node=${GPUS_PER_NODE:-$((gpus < 8 ? gpus : 8))}
    gres=(--gres="gpu:$per_node")
fi
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# SRUN_ARGS is several words on purpose.
# shellcheck disable=SC2086
exec srun --partition="$partition" --job-name="$job_name" --ntasks="$tasks" --ntasks-per-node="$per_node" \
    ${gres[@]+"${gres[@]}"} --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$tools/${TOOL:-train}.py" "$config" --launcher slurm "$@"
