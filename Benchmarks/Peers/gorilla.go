// The routes of BenchServer on Go's net/http, with gorilla/sessions (a sealed cookie, or Redis by redistore) or without
// sessions: gorilla bare|sealed|HOST:PORT PORT.
package main

import (
	"encoding/gob"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/boj/redistore"
	"github.com/gomodule/redigo/redis"
	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
)

func main() {
	backend, port := os.Args[1], os.Args[2]
	gob.Register([]int{})
	var store sessions.Store
	switch signing, sealing := securecookie.GenerateRandomKey(32), securecookie.GenerateRandomKey(32); backend {
	case "bare":
	case "sealed":
		store = sessions.NewCookieStore(signing, sealing)
	default:
		// Without the PING of its own pool before every use.
		pool := &redis.Pool{MaxIdle: 32, Dial: func() (redis.Conn, error) { return redis.Dial("tcp", backend) }}
		redisStore, err := redistore.NewRediStoreWithPool(pool, signing)
		if err != nil {
			log.Fatal(err)
		}
		store = redisStore
	}
	if store == nil {
		for _, path := range []string{"/read", "/counter"} {
			http.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("0")) })
		}
	} else {
		handle(store, "/new", func(s *sessions.Session) bool {
			s.Values["views"], s.Values["theme"], s.Values["language"] = 7, "dark", "en-GB"
			s.Values["cart"], s.Values["isBeta"] = []int{1021, 88, 4711}, true
			return true
		})
		handle(store, "/read", func(s *sessions.Session) bool { return false })
		handle(store, "/counter", func(s *sessions.Session) bool {
			s.Values["views"] = s.Values["views"].(int) + 1
			return true
		})
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}

// handle answers a path with the number of views; change says whether the session must be saved.
func handle(store sessions.Store, path string, change func(*sessions.Session) bool) {
	http.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		session, err := store.Get(r, "session")
		if err == nil && change(session) {
			err = session.Save(r, w)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		views, _ := session.Values["views"].(int)
		w.Write([]byte(strconv.Itoa(views)))
	})
}
