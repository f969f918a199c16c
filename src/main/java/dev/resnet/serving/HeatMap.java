package dev.resnet.serving;

/**
 * The class-activation map of one image (Zhou et al., 2016, section 2).
 *
 * @param index of the class that it belongs to: the most probable one of the image
 * @param values [rows, columns], row by row from the top left; their mean plus the class's bias is
 *     the class's logit
 */
public record HeatMap(int index, float[][] values) {}
