package dev.resnet.evaluation;

import dev.resnet.models.EvaluationMetrics;
import java.time.Instant;

/**
 * A kept evaluation.
 *
 * @param model the version's name
 * @param dataSha256 of the data set's images; with the version and the split it identifies the
 *     evaluation
 * @param engine that computed it, with its precision
 * @param seconds how long it took
 * @param file the predictions, relative to the folder of all models
 * @param size of the file in bytes
 * @param sha256 of the file, lower-case hex
 */
public record Evaluation(
    String id,
    String model,
    int version,
    String dataset,
    String dataSha256,
    Split split,
    EvaluationMetrics metrics,
    String engine,
    String precision,
    double seconds,
    Instant createdAt,
    String file,
    long size,
    String sha256) {}
