// A signature that is drawn with a finger, a pen or a mouse. Without this script the typed name stands alone.
(function () {
  "use strict";

  var WIDE = 1000, MOST = 1200, STEP = 4;

  function read(text) {
    return text.split("|").map(function (stroke) {
      return stroke.split(";").map(function (point) { return point.split(",").map(Number); });
    }).filter(function (stroke) {
      return stroke.every(function (point) { return point.length === 2 && isFinite(point[0]) && isFinite(point[1]); });
    });
  }

  function count(strokes) { return strokes.reduce(function (all, stroke) { return all + stroke.length; }, 0); }

  function thinned(strokes) {
    return strokes.map(function (stroke) {
      return stroke.filter(function (_point, n) { return n % 2 === 0 || n === stroke.length - 1; });
    });
  }

  document.querySelectorAll("[data-sign]").forEach(function (box) {
    var canvas = box.querySelector("canvas"), kept = box.querySelector("[data-strokes]");
    var clear = box.querySelector("[data-clear]"), said = box.querySelector("[data-said]");
    var brush = canvas.getContext && canvas.getContext("2d");
    var strokes = [], stroke = null, pointer = null;
    if (!brush || !window.PointerEvent) { return; }

    function paint() {
      var area = canvas.getBoundingClientRect(), dots = window.devicePixelRatio || 1;
      canvas.width = Math.round(area.width * dots);
      canvas.height = Math.round(area.height * dots);
      brush.scale(canvas.width / WIDE, canvas.width / WIDE);
      brush.strokeStyle = brush.fillStyle = getComputedStyle(canvas).color;
      brush.lineWidth = 2.2 * WIDE / area.width;
      brush.lineCap = brush.lineJoin = "round";
      strokes.forEach(line);
    }

    function line(points) {
      brush.beginPath();
      brush.moveTo(points[0][0], points[0][1]);
      points.slice(1).forEach(function (point) { brush.lineTo(point[0], point[1]); });
      if (points.length === 1) { brush.lineTo(points[0][0] + 0.1, points[0][1]); }
      brush.stroke();
    }

    function at(event) {
      var area = canvas.getBoundingClientRect(), unit = WIDE / area.width;
      var high = area.height * unit;
      return [Math.round(Math.min(Math.max((event.clientX - area.left) * unit, 0), WIDE)),
              Math.round(Math.min(Math.max((event.clientY - area.top) * unit, 0), high))];
    }

    function keep() {
      while (count(strokes) > MOST) { strokes = thinned(strokes); }
      kept.value = strokes.map(function (points) {
        return points.map(function (point) { return point.join(","); }).join(";");
      }).join("|");
      clear.disabled = !strokes.length;
      said.textContent = strokes.length ? canvas.dataset.drawn : "";
    }

    canvas.addEventListener("pointerdown", function (event) {
      if (pointer !== null || !event.isPrimary || event.button > 0) { return; }
      event.preventDefault();
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      stroke = [at(event)];
      strokes.push(stroke);
      line(stroke);
    });

    canvas.addEventListener("pointermove", function (event) {
      if (event.pointerId !== pointer) { return; }
      var point = at(event), last = stroke[stroke.length - 1];
      if (Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < STEP) { return; }
      stroke.push(point);
      line([last, point]);
    });

    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function (event) {
        if (event.pointerId !== pointer) { return; }
        pointer = stroke = null;
        keep();
      });
    });

    clear.addEventListener("click", function () {
      strokes = [];
      paint();
      keep();
      said.textContent = canvas.dataset.empty;
    });

    box.hidden = false;
    strokes = kept.value ? read(kept.value) : [];
    paint();
    keep();
    window.addEventListener("resize", paint);
  });
})();
