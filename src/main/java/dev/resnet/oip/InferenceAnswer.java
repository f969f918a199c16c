package dev.resnet.oip;

import dev.resnet.models.ModelVersion;
import java.util.List;

/**
 * @param version that computed all outputs
 * @param id of the request; may be empty
 * @param outputs in the order of the request
 */
public record InferenceAnswer(ModelVersion version, String id, List<OutputTensor> outputs) {}
