package dev.resnet.serving;

import dev.resnet.engine.Precision;
import dev.resnet.models.ModelVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The predictions of one version for a batch of images.
 *
 * @param version that computed all predictions
 * @param probabilities [images, classes], each row summing to 1
 * @param heatMaps one for each image; null unless {@link Options#heatmap}
 * @param precision that was computed in; never {@link Precision#AUTO}
 */
public record Classification(
    ModelVersion version,
    float[][] probabilities,
    @Nullable List<HeatMap> heatMaps,
    Precision precision) {}
