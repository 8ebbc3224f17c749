package api

import (
	"context"

	"patio/app/shopserver"
)

// ShopServer makes this PC the server of its shop, and lets the others in.
type ShopServer struct {
	service *shopserver.Service
}

// NewShopServer binds a ShopServer to the service.
func NewShopServer(service *shopserver.Service) *ShopServer { return &ShopServer{service} }

// Status answers how it stands; ask again on the event "server".
func (a *ShopServer) Status() (shopserver.Status, error) {
	return a.service.Status(context.Background())
}

// Start makes this PC the server, and a device of it by this name. Errors:
// required, too_long, server.on, sync.joined, those of the hub's folder.
func (a *ShopServer) Start(name string) error {
	return a.service.Start(context.Background(), name)
}

// Stop ends that. Nothing goes, here or on the others. Errors: server.off.
func (a *ShopServer) Stop() error { return a.service.Stop(context.Background()) }

// GiveCode lets in one PC of somebody by a short code. Errors: server.off,
// server.ports, required, not_found, invalid.
func (a *ShopServer) GiveCode(p shopserver.Person) (shopserver.Code, error) {
	return a.service.GiveCode(context.Background(), p)
}

// WithdrawCode ends the code that was given.
func (a *ShopServer) WithdrawCode() { a.service.WithdrawCode() }
