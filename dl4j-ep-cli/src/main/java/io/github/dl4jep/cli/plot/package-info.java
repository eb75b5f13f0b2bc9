/**
 * The plots of a comparison, drawn by XChart without a display. A plot is a title, a caption and a chart that is made when it is
 * drawn; to add one, write a class that returns {@link io.github.dl4jep.cli.plot.Plot}s and name it in
 * {@link io.github.dl4jep.cli.plot.ComparisonPlots}.
 */
@NullMarked
package io.github.dl4jep.cli.plot;

import org.jspecify.annotations.NullMarked;
