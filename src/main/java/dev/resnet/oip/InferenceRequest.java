package dev.resnet.oip;

import dev.resnet.serving.Images;
import java.util.List;

/**
 * @param id returned in the answer; empty if the client sent none
 * @param outputs at least one
 */
public record InferenceRequest(String id, Images images, List<RequestedOutput> outputs) {}
