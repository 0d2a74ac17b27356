// Helps where it can; every page works without it.
(function () {
  "use strict";

  // A form is sent once, whatever is pressed how often.
  document.querySelectorAll("form[data-once]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      form.querySelectorAll("button").forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-once]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  // What is chosen makes the amount, and the button says it.
  var amount = document.querySelector("input[data-amount]");
  if (amount) {
    var items = Array.prototype.slice.call(document.querySelectorAll("input[data-cents]"));
    var said = document.querySelector("[data-amount-said]");
    var show = function (cents) {
      var whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
      return whole + "." + String(100 + (cents % 100)).slice(1);
    };
    var tell = function () {
      if (said) { said.textContent = amount.value.trim() ? "$" + amount.value.trim().replace(/^\$/, "") : ""; }
    };
    items.forEach(function (item) {
      item.addEventListener("change", function () {
        var sum = items.reduce(function (all, each) { return all + (each.checked ? Number(each.dataset.cents) : 0); }, 0);
        sum -= Number(amount.dataset.less);
        amount.value = show(Math.max(0, sum));
        tell();
      });
    });
    amount.addEventListener("input", tell);
    tell();
  }

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
