package dev.resnet.training.checkpoint;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.time.Instant;
import java.util.List;

/**
 * What a completed job registers: everything that serving needs.
 *
 * @param jobId id of the job; registering the same job twice gives the same version
 * @param model the name to register it under
 * @param checkpoint the trained network; copy it, because the job's files may be deleted later
 * @param classes the class names by index
 * @param shape of the input images
 * @param resize how the data set resized its images
 * @param mean per channel R, G, B, in [0, 1]
 * @param standardDeviation per channel, in (0, 1]
 * @param hyperparameters as JSON, as in the job
 * @param testImages number of test images in the data set; {@code test_limit} may select fewer
 * @param selection how the epoch was chosen
 */
public record TrainedModel(
    String jobId,
    String model,
    int stackN,
    String dataset,
    String dataSha256,
    CheckpointFile checkpoint,
    List<String> classes,
    ImageShape shape,
    ResizePolicy resize,
    float[] mean,
    float[] standardDeviation,
    double testLoss,
    double testAccuracy,
    String engine,
    String precision,
    String hyperparameters,
    Instant finishedAt,
    int testImages,
    Selection selection) {}
