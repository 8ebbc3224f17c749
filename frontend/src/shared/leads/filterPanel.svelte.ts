/** Whether the panel of filters is open: the top bar's button, a key and the page's chips open it. */
class FilterPanel {
  open = $state(false);
}

export const filterPanel = new FilterPanel();
