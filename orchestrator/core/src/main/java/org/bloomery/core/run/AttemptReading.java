package org.bloomery.core.run;

import java.util.Optional;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.training.ExitVerdict;
import org.bloomery.core.training.Progress;

/**
 * What the files of the current attempt say.
 *
 * @param toEnd whether the log was read to its present end
 * @param verdict what these files would mean if the job were over now
 */
public record AttemptReading(
    Progress progress, boolean toEnd, Optional<ExitRecord> exit, ExitVerdict verdict) {}
