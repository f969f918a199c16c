package dev.resnet.evaluation.web;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A split in the query of a request. */
@Parameter(
    description = "train or test.",
    schema =
        @Schema(
            type = "string",
            allowableValues = {"train", "test"},
            defaultValue = "test",
            example = "test"))
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@interface SplitParameter {}
