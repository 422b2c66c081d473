// Every output and every gradient of a convolution as the sum of its terms.
// The same sums as core/conv_lab/terms.py, for the browser to follow the pointer by itself.
// `e` is the experiment: sizes as pairs [height, width]; `a` the arrays by name.

function at(array, ...index) {
  let flat = 0;
  for (let axis = 0; axis < index.length; axis++) flat = flat * array.shape[axis] + index[axis];
  return array.values[flat];
}

// Which channels belong together: channels in and out per group.
function groupSizes(e) {
  return { ins: e.channels / e.groups, outs: e.outChannels / e.groups };
}

function inputCell(e, row, column, i, j) {
  return [
    row * e.stride[0] + i * e.dilation[0] - e.padding[0],
    column * e.stride[1] + j * e.dilation[1] - e.padding[1],
  ];
}

function isInside(e, row, column) {
  return row >= 0 && row < e.size[0] && column >= 0 && column < e.size[1];
}

// Terms x * weight of output (out, row, column).
function outputTerms(e, a, out, row, column) {
  const { ins, outs } = groupSizes(e);
  const first = Math.floor(out / outs) * ins;
  const terms = [];
  for (let channel = 0; channel < ins; channel++)
    for (let i = 0; i < e.kernel[0]; i++)
      for (let j = 0; j < e.kernel[1]; j++) {
        const [r, c] = inputCell(e, row, column, i, j);
        const inside = isInside(e, r, c);
        terms.push({
          part: first + channel,
          left: inside ? at(a.x, first + channel, r, c) : 0,
          right: at(a.weight, out, channel, i, j),
          padding: !inside,
          x: [r, c],
          w: [i, j],
        });
      }
  return terms;
}

// Terms dy * weight of dX at (channel, row, column): one for each output that the cell touched.
function inputGradientTerms(e, a, channel, row, column) {
  const { ins, outs } = groupSizes(e);
  const first = Math.floor(channel / ins) * outs;
  const terms = [];
  for (let out = first; out < first + outs; out++)
    for (let i = 0; i < e.kernel[0]; i++)
      for (let j = 0; j < e.kernel[1]; j++) {
        const down = row + e.padding[0] - i * e.dilation[0];
        const along = column + e.padding[1] - j * e.dilation[1];
        if (down % e.stride[0] || along % e.stride[1]) continue;
        const y = [down / e.stride[0], along / e.stride[1]];
        if (y[0] < 0 || y[0] >= e.output[0] || y[1] < 0 || y[1] >= e.output[1]) continue;
        terms.push({
          part: out,
          left: at(a.dy, out, y[0], y[1]),
          right: at(a.weight, out, channel % ins, i, j),
          y,
          w: [i, j],
        });
      }
  return terms;
}

// Terms dy * x of dW at (out, channel in its group, i, j): one for each output.
function weightGradientTerms(e, a, out, channel, i, j) {
  const { ins, outs } = groupSizes(e);
  const x = Math.floor(out / outs) * ins + channel;
  const terms = [];
  for (let row = 0; row < e.output[0]; row++)
    for (let column = 0; column < e.output[1]; column++) {
      const [r, c] = inputCell(e, row, column, i, j);
      const inside = isInside(e, r, c);
      terms.push({
        part: x,
        left: at(a.dy, out, row, column),
        right: inside ? at(a.x, x, r, c) : 0,
        padding: !inside,
        y: [row, column],
        x: [r, c],
      });
    }
  return terms;
}

// Terms of db at (out): the gradient of each output of the channel.
function biasGradientTerms(e, a, out) {
  const terms = [];
  for (let row = 0; row < e.output[0]; row++)
    for (let column = 0; column < e.output[1]; column++)
      terms.push({ part: out, left: at(a.dy, out, row, column), right: 1, y: [row, column] });
  return terms;
}
