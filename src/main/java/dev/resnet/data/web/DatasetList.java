package dev.resnet.data.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** All data sets. */
@Schema(name = "DatasetList")
record DatasetList(List<DatasetResponse> items) {}
