package org.bloomery.core.spec;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is true of one cluster, as data.
 *
 * @param runsRoot absolute directory of the runs' scripts and logs, on a space never purged
 * @param devicesPerNode GPUs on each node; where CPU ranks count as devices, the most allowed
 * @param deviceMemoryBytes memory of one device, where it limits the model
 * @param sustainedTflopsPerDevice what trainings of the kind reach there, as measured; absent means
 *     that no duration is predicted
 * @param sealScanDistance how far apart two equal scans must be before a checkpoint counts as at
 *     rest
 * @param pollInterval time between two looks at the resource manager
 * @param quietPeriod how long an ambiguous submit is looked for before it counts as not arrived
 * @param goWait how long a started job waits to be told to go
 * @param killWait time between the polite and the hard signal when a job is ended
 */
public record ClusterProfile(
    String name,
    ResourceManagerKind resourceManager,
    String runsRoot,
    int devicesPerNode,
    OptionalLong deviceMemoryBytes,
    OptionalDouble sustainedTflopsPerDevice,
    Duration sealScanDistance,
    Duration pollInterval,
    Duration quietPeriod,
    Duration goWait,
    Duration killWait) {}
