package dev.resnet.data.synthetic;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The ten classes of the synthetic set, each as the signed distance of a point to its outline.
 *
 * <p>No class is the mirror image of another, and no small rotation turns one class into another,
 * so that horizontal flips and the generator's tilt keep the class. The outlines of triangle, star
 * and heart follow Inigo Quilez, "2D distance functions".
 */
public enum SyntheticClass {
  CIRCLE {
    @Override
    double distance(double x, double y) {
      return Math.sqrt(x * x + y * y) - 0.95;
    }
  },
  SQUARE {
    @Override
    double distance(double x, double y) {
      return box(x, y, 0.82, 0.82);
    }
  },
  TRIANGLE {
    @Override
    double distance(double x, double y) {
      double r = 0.95;
      double px = Math.abs(x) - r;
      double py = r / SQRT3 + 0.12 - y;
      if (px + SQRT3 * py > 0) {
        double folded = (px - SQRT3 * py) / 2;
        py = (-SQRT3 * px - py) / 2;
        px = folded;
      }
      px -= Math.max(-2 * r, Math.min(px, 0));
      return -Math.sqrt(px * px + py * py) * Math.signum(py);
    }
  },
  STAR {
    @Override
    double distance(double x, double y) {
      double px = Math.abs(x);
      double py = -y;
      double fold = 2 * Math.max(COS36 * px - SIN36 * py, 0);
      px -= fold * COS36;
      py += fold * SIN36;
      fold = 2 * Math.max(-COS36 * px - SIN36 * py, 0);
      px += fold * COS36;
      py += fold * SIN36;
      px = Math.abs(px);
      py -= STAR_RADIUS;
      double bx = STAR_INSET * SIN36;
      double by = STAR_INSET * COS36 - 1;
      double h = Math.max(0, Math.min((px * bx + py * by) / (bx * bx + by * by), STAR_RADIUS));
      double dx = px - bx * h;
      double dy = py - by * h;
      return Math.sqrt(dx * dx + dy * dy) * Math.signum(py * bx - px * by);
    }
  },
  CROSS {
    @Override
    double distance(double x, double y) {
      return Math.min(box(x, y, 1, 0.33), box(x, y, 0.33, 1));
    }
  },
  RING {
    @Override
    double distance(double x, double y) {
      return Math.abs(Math.sqrt(x * x + y * y) - 0.74) - 0.25;
    }
  },
  HEART {
    @Override
    double distance(double x, double y) {
      double px = Math.abs(x) / HEART_SCALE;
      double py = (0.85 - y) / HEART_SCALE;
      if (px + py > 1) {
        return HEART_SCALE * (length(px - 0.25, py - 0.75) - Math.sqrt(2) / 4);
      }
      double m = Math.max(px + py, 0) / 2;
      double edge = Math.min(length(px, py - 1), length(px - m, py - m));
      return HEART_SCALE * edge * Math.signum(px - py);
    }
  },
  STRIPES_HORIZONTAL {
    @Override
    double distance(double x, double y) {
      return stripes(y);
    }
  },
  STRIPES_VERTICAL {
    @Override
    double distance(double x, double y) {
      return stripes(x);
    }
  },
  CHECKERBOARD {
    @Override
    double distance(double x, double y) {
      double horizontal = stripes(y);
      double vertical = stripes(x);
      double edge = Math.min(Math.abs(horizontal), Math.abs(vertical));
      return horizontal * vertical > 0 ? -edge : edge;
    }
  };

  private static final double SQRT3 = Math.sqrt(3);
  private static final double COS36 = 0.809016994375;
  private static final double SIN36 = 0.587785252292;
  private static final double STAR_RADIUS = 1.1;

  /** Radius of a star's inner corners, relative to the outer ones. */
  private static final double STAR_INSET = 0.45;

  private static final double HEART_SCALE = 1.6;

  /** Width of a stripe or of a field of the board. */
  private static final double STRIPE = 0.5;

  /**
   * Negative inside the shape, positive outside. x points right, y down. A shape fills about [-1,
   * 1]², a texture the whole plane.
   */
  abstract double distance(double x, double y);

  /** The class name in the API. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static List<String> labels() {
    return Arrays.stream(values()).map(SyntheticClass::label).toList();
  }

  private static double box(double x, double y, double halfWidth, double halfHeight) {
    return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
  }

  private static double length(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }

  /** Bars of width STRIPE, one of them centred on 0. */
  private static double stripes(double v) {
    double period = 2 * STRIPE;
    double within = v - period * Math.floor(v / period + 0.5);
    return Math.abs(within) - STRIPE / 2;
  }
}
