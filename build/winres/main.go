// Command winres writes what Windows shows of the programs: icon, version
// information and manifest, as object files that the linker takes in, and the
// icon as a file for the installer. build/scripts/package.sh runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/tc-hib/winres"
	resource "github.com/tc-hib/winres/version"

	"patio/app/version"
)

// windowIcon is where the window's library looks for its icon.
const windowIcon = winres.ID(3)

// sizes of the icon that Windows uses from 100% to 400% scale.
var sizes = []int{16, 24, 32, 48, 64, 128, 256}

// languages of the version information, as Windows counts them.
var languages = map[uint16]struct{ description, comments string }{
	0x0416: {"Pátio — CRM para revendas de carros", "Funciona sem internet"},
	0x0409: {"Pátio — CRM for car dealers", "Works offline"},
	0x0c0a: {"Pátio — CRM para concesionarias", "Funciona sin internet"},
}

func main() {
	icons := flag.String("icons", "", "folder with the icon as SIZE.png")
	object := flag.String("object", "", "object file to write")
	name := flag.String("name", "", "file name of the program that takes it in")
	ico := flag.String("ico", "", "icon file to write")
	flag.Parse()
	if err := write(*icons, *object, *name, *ico); err != nil {
		fmt.Fprintln(os.Stderr, "winres:", err)
		os.Exit(1)
	}
}

func write(icons, object, name, ico string) error {
	icon, err := readIcon(icons)
	if err != nil {
		return err
	}
	if ico != "" {
		if err := create(ico, func(f *os.File) error { return icon.SaveICO(f) }); err != nil {
			return err
		}
	}
	if object == "" {
		return nil
	}
	resources, err := describe(icon, name)
	if err != nil {
		return err
	}
	return create(object, func(f *os.File) error { return resources.WriteObject(f, winres.ArchAMD64) })
}

func readIcon(folder string) (*winres.Icon, error) {
	var images []image.Image
	for _, size := range sizes {
		file, err := os.Open(filepath.Join(folder, fmt.Sprintf("%d.png", size)))
		if err != nil {
			return nil, err
		}
		drawn, err := png.Decode(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		images = append(images, drawn)
	}
	return winres.NewIconFromImages(images)
}

func describe(icon *winres.Icon, name string) (*winres.ResourceSet, error) {
	set := &winres.ResourceSet{}
	if err := set.SetIcon(windowIcon, icon); err != nil {
		return nil, err
	}
	set.SetManifest(winres.AppManifest{
		Description:         languages[0x0409].description,
		Compatibility:       winres.Win10AndAbove,
		ExecutionLevel:      winres.AsInvoker,
		DPIAwareness:        winres.DPIPerMonitorV2,
		LongPathAware:       true,
		UseCommonControlsV6: true,
	})
	info := resource.Info{}
	info.SetFileVersion(version.Number)
	info.SetProductVersion(version.Number)
	for _, language := range slices.Sorted(maps.Keys(languages)) {
		for key, value := range map[string]string{
			resource.ProductName:      "Pátio",
			resource.CompanyName:      "Pátio",
			resource.FileDescription:  languages[language].description,
			resource.Comments:         languages[language].comments,
			resource.LegalCopyright:   "Apache-2.0",
			resource.FileVersion:      version.Number,
			resource.ProductVersion:   version.Number,
			resource.OriginalFilename: name,
			resource.InternalName:     name,
		} {
			if err := info.Set(language, key, value); err != nil {
				return nil, err
			}
		}
	}
	set.SetVersionInfo(info)
	return set, nil
}

func create(path string, fill func(*os.File) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Close())
}
