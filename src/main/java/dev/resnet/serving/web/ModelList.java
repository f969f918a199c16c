package dev.resnet.serving.web;

import java.util.List;

/** Every model. */
record ModelList(List<ModelSummary> items) {}
