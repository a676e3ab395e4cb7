package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a site asks of every job, and what its SLURM does to them.
 *
 * @param hint value of {@code --hint} that every job carries
 * @param exclusiveOnSeveralNodes whether a job on more than one node has its nodes to itself
 * @param submittedJobs the most that one user may have in the queue and running, whatever their
 *     quality of service
 * @param ageOfDependentJobsGrows whether a job that waits for another gains priority by its age;
 *     absent if nobody has found out
 * @param requeues whether SLURM starts a job again by itself whose node failed, unless the job says
 *     {@code --no-requeue}; absent if nobody has found out
 * @param overTimeLimit how much longer than its limit SLURM lets a job run
 * @param unkillableTime after which SLURM gives up on processes that it cannot kill, and drains
 *     their node
 * @param masterAddress by which the other ranks reach those of a job's first node, where the names
 *     of nodes do not resolve
 */
public record JobRules(
    Optional<String> hint,
    boolean exclusiveOnSeveralNodes,
    OptionalInt submittedJobs,
    Optional<Boolean> ageOfDependentJobsGrows,
    Optional<Boolean> requeues,
    Duration overTimeLimit,
    Optional<Duration> unkillableTime,
    Optional<String> masterAddress) {}
