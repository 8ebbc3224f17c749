/* A file manager's one act: a small window, from which the file whose URI is
   its first argument is dragged. Used by the test of dropped files. */
#include <gtk/gtk.h>

static void give(GtkWidget *widget, GdkDragContext *context, GtkSelectionData *data,
                 guint kind, guint time, gpointer uri) {
    gchar *uris[] = {uri, NULL};
    gtk_selection_data_set_uris(data, uris);
}

int main(int argc, char **argv) {
    gtk_init(&argc, &argv);
    if (argc != 2) return 2;
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(window), "dragsource");
    gtk_window_set_default_size(GTK_WINDOW(window), 120, 80);
    gtk_window_set_keep_above(GTK_WINDOW(window), TRUE);
    gtk_window_set_accept_focus(GTK_WINDOW(window), FALSE);
    GtkWidget *file = gtk_event_box_new();
    gtk_container_add(GTK_CONTAINER(file), gtk_label_new("file"));
    gtk_container_add(GTK_CONTAINER(window), file);
    gtk_drag_source_set(file, GDK_BUTTON1_MASK, NULL, 0, GDK_ACTION_COPY);
    gtk_drag_source_add_uri_targets(file);
    g_signal_connect(file, "drag-data-get", G_CALLBACK(give), argv[1]);
    g_signal_connect(window, "destroy", G_CALLBACK(gtk_main_quit), NULL);
    gtk_widget_show_all(window);
    gtk_window_move(GTK_WINDOW(window), 0, 0);
    gtk_main();
    return 0;
}
